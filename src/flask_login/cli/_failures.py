"""Failures of what the application brings along, in one sentence each."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager

import click

from ..records._store import StoreFailure
from ._facts import printable
from ._verdicts import LoaderFailure
from ._verdicts import SessionFailure


@contextmanager
def in_one_sentence() -> Generator[None, None, None]:
    """Say what failed instead of printing a traceback. The application's own log gets all of it."""
    logger = logging.getLogger("flask_login")
    # Where no handler is set up, Python prints what is logged.
    handler = logging.NullHandler()
    logger.addHandler(handler)

    try:
        yield
    except StoreFailure as failure:
        raise click.ClickException(
            f"The record store failed: {_describe(failure.__cause__)}"
        ) from None
    except LoaderFailure as failure:
        raise click.ClickException(
            f"The 'user_loader' failed: {_describe(failure.__cause__)}"
        ) from None
    except SessionFailure as failure:
        raise click.ClickException(
            f"The session cannot be opened: {_describe(failure.__cause__)}"
        ) from None
    finally:
        logger.removeHandler(handler)


def _describe(error: BaseException | None) -> str:
    """What an exception says. The first line, because databases go on with the values."""
    text = printable(str(error).strip().partition("\n")[0])
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
