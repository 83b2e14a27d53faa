# Starts MariaDB on a free port of loopback, over a directory that is thrown away at the end.
# Where that fails, the variable is set all the same: the tests that need the server then fail.
. .ci/server_functions

start_mariadb() {
    if ! command -v mariadb-install-db >/dev/null 2>&1; then
        apt-get update >/dev/null && RUNLEVEL=1 apt-get install --yes mariadb-server >/dev/null || return
    fi

    local home user
    home="$(mktemp -d)"
    at_exit "rm -rf '$home'"

    # It gives up root by itself.
    user="$(if [ "$(id -u)" = 0 ]; then echo mysql; else id -un; fi)"
    chown "$user" "$home"

    mariadb-install-db --no-defaults --user="$user" --datadir="$home/data" \
        --auth-root-authentication-method=normal >/dev/null || return
    PATH="$PATH:/usr/sbin" mariadbd --no-defaults --user="$user" --datadir="$home/data" \
        --socket="$home/socket" --pid-file="$home/pid" --bind-address=127.0.0.1 --port="$1" --skip-name-resolve \
        --innodb-flush-log-at-trx-commit=0 >"$home/log" 2>&1 &
    at_exit "kill $! && wait $! || true"
    mariadb-admin --no-defaults --socket="$home/socket" --user=root --wait=60 ping >/dev/null
}

mariadb_port="$(free_port)"
export FLASK_LOGIN_TEST_MARIADB="mariadb+pymysql://root@127.0.0.1:$mariadb_port/test?ssl_disabled=1"
start_mariadb "$mariadb_port" || echo "MariaDB has not started: its tests will fail." >&2
