# Starts PostgreSQL on a free port of loopback, over a directory that is thrown away at the end.
# Where that fails, the variable is set all the same: the tests that need the server then fail.
. .ci/server_functions

start_postgresql() {
    if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
        apt-get update >/dev/null && RUNLEVEL=1 apt-get install --yes postgresql >/dev/null || return
    fi

    local as=() home programs
    programs="$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)"
    home="$(mktemp -d)"
    at_exit "rm -rf '$home'"

    # It refuses to run as root.
    if [ "$(id -u)" = 0 ]; then
        as=(runuser -u postgres --)
        chown postgres "$home"
    fi

    # Its user may not enter every directory.
    (cd "$home" && "${as[@]}" "$programs/initdb" --pgdata="$home/data" --username=postgres \
        --auth=trust --encoding=UTF8 --no-sync) >/dev/null || return
    (cd "$home" && "${as[@]}" "$programs/pg_ctl" --pgdata="$home/data" --log="$home/log" --wait \
        --options="-F -p $1 -h 127.0.0.1 -k '$home' -c max_connections=200" start) >/dev/null || return
    at_exit "${as[*]} '$programs/pg_ctl' --pgdata='$home/data' --mode=immediate stop >/dev/null"
}

postgresql_port="$(free_port)"
export FLASK_LOGIN_TEST_POSTGRESQL="postgresql+psycopg://postgres@127.0.0.1:$postgresql_port/postgres"
start_postgresql "$postgresql_port" || echo "PostgreSQL has not started: its tests will fail." >&2
