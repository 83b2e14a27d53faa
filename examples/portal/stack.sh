#!/usr/bin/env bash
# The portal on several workers, for a developer: nginx, two Gunicorns of two processes each,
# PostgreSQL and Redis, on loopback. It runs until Ctrl-C, and then removes its files.
#
# It needs Debian's packages nginx, postgresql and redis-server, and in the active environment
#
#     python -m pip install -e ".[stack]"
#
# To use servers that run already, set DATABASE_URL and REDIS_URL. You can set the portal's other
# variables, too: FLASK_SERVER_SESSIONS=true examples/portal/stack.sh
set -euo pipefail
umask 077
portal="$(cd "$(dirname "$0")" && pwd)"
postgresql="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)"
PATH="$PATH:/usr/sbin:$postgresql"
# How to stop each server: a signal, and its process.
running=()

main() {
    check_programs
    home="$(mktemp -d)"
    trap stop EXIT
    trap 'exit 0' INT TERM HUP
    # Servers that give up root must be able to enter their folders in it.
    chmod 711 "$home"
    ports=($(free_ports 5))

    [ -n "${DATABASE_URL:-}" ] || start_postgresql "${ports[3]}"
    [ -n "${REDIS_URL:-}" ] || start_redis "${ports[4]}"
    write_settings
    # A separate step, so that the passwords are shown here.
    (with_settings python3 -c 'import portal; portal.create_app()')
    start_worker 1 "${ports[1]}"
    start_worker 2 "${ports[2]}"
    start_nginx "${ports[@]:0:3}"

    await "Worker 1" python3 "$portal/health.py" "${ports[1]}"
    await "Worker 2" python3 "$portal/health.py" "${ports[2]}"
    await nginx python3 "$portal/health.py" "${ports[0]}"

    cat <<END
The portal:  http://127.0.0.1:${ports[0]}
Worker 1:    http://127.0.0.1:${ports[1]}
Worker 2:    http://127.0.0.1:${ports[2]}
Folder:      $home

To restart a worker with the settings from the file "settings" in that folder, stop it:
kill \$(cat $home/worker-1.pid)

Ctrl-C stops everything.
END
    wait -n || true
    fail "A server has ended."
}

check_programs() {
    need python3 python3
    need nginx nginx
    [ -n "${DATABASE_URL:-}" ] || need initdb postgresql
    [ -n "${REDIS_URL:-}" ] || need redis-server redis-server

    local absent
    absent="$(python3 - <<'PYTHON'
from importlib.util import find_spec

needed = ["flask_login", "flask_babel", "flask_session", "gunicorn", "psycopg", "redis"]
print(*(name for name in needed if find_spec(name) is None))
PYTHON
)"

    [ -z "$absent" ] || {
        echo "Python has no $absent: python -m pip install -e '.[stack]'" >&2
        exit 127
    }
}

# Takes a program, and the package that contains it.
need() {
    command -v "$1" >/dev/null || {
        echo "There is no $1: apt-get install $2" >&2
        exit 127
    }
}

free_ports() {
    python3 - "$1" <<'PYTHON'
import socket
import sys

sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(socket.getsockname()[1] for socket in sockets))
PYTHON
}

start_postgresql() {
    local as=()
    mkdir "$home/postgresql"

    # It refuses to run as root.
    if [ "$(id -u)" = 0 ]; then
        as=(setpriv --reuid=postgres --regid=postgres --init-groups)
        chown postgres "$home/postgresql"
    fi

    cd "$home/postgresql"
    "${as[@]}" initdb --pgdata=data --username=portal --auth=trust --encoding=UTF8 --no-sync \
        >"$home/postgresql.log"
    "${as[@]}" postgres -D data -F -p "$1" -h 127.0.0.1 -k "$PWD" >>"$home/postgresql.log" 2>&1 &
    running+=("-INT $!")
    cd - >/dev/null
    await PostgreSQL pg_isready --host=127.0.0.1 --port="$1"
    export DATABASE_URL="postgresql://portal@127.0.0.1:$1/postgres"
}

# Redis must not lose data. Otherwise, users would have to log in again.
start_redis() {
    mkdir "$home/redis"
    redis-server --bind 127.0.0.1 --port "$1" --dir "$home/redis" --appendonly yes \
        --maxmemory 256mb --maxmemory-policy noeviction >"$home/redis.log" &
    running+=("-TERM $!")
    await Redis redis-cli -p "$1" ping
    export REDIS_URL="redis://127.0.0.1:$1/0"
}

write_settings() {
    cat >"$home/settings" <<END
FLASK_SECRET_KEY='$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')'
FLASK_SECRET_KEY_FALLBACKS='[]'
FLASK_PROXIES=1
FLASK_TRUSTED_HOSTS=127.0.0.1,localhost
END
}

with_settings() {
    set -a
    . "$home/settings"
    PYTHONPATH="$(dirname "$portal")${PYTHONPATH:+:$PYTHONPATH}"
    set +a
    "$@"
}

start_worker() {
    keep_running "$@" >>"$home/worker-$1.log" 2>&1 &
    running+=("-TERM $!")
}

# Takes the number of a Gunicorn and its port. Starts it again whenever it ends.
keep_running() {
    local ended= gunicorn=
    trap 'ended=yes; kill -QUIT $gunicorn' TERM

    while [ -z "$ended" ]; do
        (with_settings exec python3 -m gunicorn --config "$portal/gunicorn.conf.py" \
            --bind "127.0.0.1:$2" --pid "$home/worker-$1.pid") &
        gunicorn=$!
        [ -z "$ended" ] || kill -QUIT "$gunicorn"
        wait "$gunicorn" || true
    done

    wait "$gunicorn" || true
}

# Takes the ports of nginx and of the workers.
start_nginx() {
    mkdir -m 711 "$home/nginx"
    sed -e "s/\${PORTAL_LISTEN}/127.0.0.1:$1/" -e "s/\${PORTAL_WORKER_1}/127.0.0.1:$2/" \
        -e "s/\${PORTAL_WORKER_2}/127.0.0.1:$3/" "$portal/nginx.conf.template" >"$home/portal.conf"
    cat >"$home/nginx.conf" <<END
daemon off;
pid $home/nginx.pid;
error_log $home/nginx.log;
events {}
http {
    access_log off;
    client_body_temp_path $home/nginx/body;
    proxy_temp_path $home/nginx/proxy;
    fastcgi_temp_path $home/nginx/fastcgi;
    uwsgi_temp_path $home/nginx/uwsgi;
    scgi_temp_path $home/nginx/scgi;
    include $home/portal.conf;
}
END
    nginx -e "$home/nginx.log" -c "$home/nginx.conf" &
    running+=("-TERM $!")
}

# Wait until a command succeeds.
await() {
    local deadline=$((SECONDS + 60))

    until "${@:2}" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || fail "$1 has not started."
        sleep 0.1
    done
}

fail() {
    echo "$1 The logs say:" >&2
    tail -n 20 "$home"/*.log >&2
    exit 1
}

# In the opposite order, so that a server stops after its clients.
stop() {
    local i

    for ((i = ${#running[@]} - 1; i >= 0; i--)); do
        # Ctrl-C has stopped some of them already.
        kill ${running[i]} 2>/dev/null || true
        wait "${running[i]#* }" || true
    done

    rm -rf "$home"
}

main
