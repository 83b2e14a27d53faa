"""How Gunicorn runs the portal: ``gunicorn --config examples/portal/gunicorn.conf.py``."""

from pathlib import Path

chdir = str(Path(__file__).resolve().parents[1])
wsgi_app = "portal:create_app()"
workers = 2
threads = 4
# A worker that ends gets no new requests, and has this long for the old ones.
graceful_timeout = 20
# Nobody controls it from elsewhere. From Gunicorn 25 on, there would be a socket for that.
control_socket_disable = True
