"""The metadata of this distribution, for code that reads it at import."""

__title__ = "Flask-Login"
__description__ = "User session management for Flask"
# This address and the one below are reserved names (RFC 2606): code reads them, nobody is there.
__url__ = "https://flask-login.example/"
#: The version of the Flask-Login interface that this release implements. Dependents compare it.
__version_info__: tuple[str, str, str] = ("0", "6", "3")
#: The interface's version, with our own release as the local part (PEP 440).
__version__ = "0.6.3+1.0.0"
__author__ = "The Flask-Login developers"
__author_email__ = "flask-login@example.invalid"
__maintainer__ = __author__
__license__ = "MIT"
__copyright__ = "(c) 2026 The Flask-Login developers"
