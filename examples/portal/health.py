"""Check the portal on a port of this machine: ``python examples/portal/health.py 8000``.

The request has a trusted host name, because the portal refuses other names.
"""

import os
import sys
from http.client import HTTPConnection

port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
host = os.environ.get("FLASK_TRUSTED_HOSTS", "localhost").split(",")[0]
connection = HTTPConnection("127.0.0.1", port, timeout=5)

try:
    connection.request("GET", "/health", headers={"Host": host})
    status = connection.getresponse().status
except OSError as error:
    sys.exit(f"Nothing responds on port {port}: {error}")

if status != 200:
    sys.exit(f"The portal on port {port} responds with {status}.")
