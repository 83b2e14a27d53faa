"""Failures of the application, as one sentence instead of a traceback."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager

import click

from ..exceptions import NoManager
from ..exceptions import StoreFailure
from ._facts import printable
from ._verdicts import LoaderFailure
from ._verdicts import SessionFailure


@contextmanager
def in_one_sentence() -> Generator[None, None, None]:
    """Print failures in one sentence. The log of the application gets the traceback."""
    logger = logging.getLogger("flask_login")
    # Without any handler, Python would print the log entry.
    handler = logging.NullHandler()
    logger.addHandler(handler)

    try:
        yield
    except NoManager as error:
        raise click.ClickException(str(error)) from None
    except StoreFailure as failure:
        raise click.ClickException(
            f"The record store failed: {_describe(failure.__cause__)}"
        ) from None
    except LoaderFailure as failure:
        raise click.ClickException(
            f"The user loader failed: {_describe(failure.__cause__)}"
        ) from None
    except SessionFailure as failure:
        raise click.ClickException(
            f"The session cannot be opened: {_describe(failure.__cause__)}"
        ) from None
    finally:
        logger.removeHandler(handler)


def _describe(error: BaseException | None) -> str:
    """Describe an exception by its first line. Databases append values, which may be secret."""
    text = printable(str(error).strip().partition("\n")[0])
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
