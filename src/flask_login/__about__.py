"""What this distribution is called, for code that reads it at import."""

__title__ = "Flask-Login"
__description__ = "User session management for Flask"
# This address and the one below are reserved names (RFC 2606): code reads them, nobody is there.
__url__ = "https://flask-login.example/"
#: The interface this release stands in for, which is what dependents compare against.
__version_info__: tuple[str, str, str] = ("0", "6", "3")
#: That interface's version, and our own release as its local part (PEP 440).
__version__ = "0.6.3+1.0.0"
__author__ = "The Flask-Login developers"
__author_email__ = "flask-login@example.invalid"
__maintainer__ = __author__
__license__ = "MIT"
__copyright__ = "(c) 2026 The Flask-Login developers"
