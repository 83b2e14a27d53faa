# Starts Redis on free ports of loopback, one server and a cluster of three, over a directory that is
# thrown away at the end. Where that fails, the variables are set all the same: the tests that need
# the servers then fail.
. .ci/server_functions

# Four ports. The nodes of a cluster also talk to each other, on ports that are higher by 10,000.
redis_ports() {
    python3 - <<'PYTHON'
import random
import socket

free = set()

while len(free) < 4:
    port = random.randrange(20_000, 30_000)
    try:
        with socket.create_server(("127.0.0.1", port)):
            with socket.create_server(("127.0.0.1", port + 10_000)):
                free.add(port)
    except OSError:
        continue

print(*free)
PYTHON
}

# Starts a server on a port, with further options, and waits for it.
start_redis_server() {
    mkdir "$home/$1"
    redis-server --bind 127.0.0.1 --port "$1" --dir "$home/$1" --save "" "${@:2}" \
        >"$home/$1/log" 2>&1 &
    at_exit "kill $! && wait $! || true"
    wait_for_redis "redis-cli -p $1 ping"
}

wait_for_redis() {
    timeout 60 bash -c "until $1; do sleep 0.1; done" >/dev/null 2>&1
}

# Takes the ports: the first is for the server that is alone.
start_redis() {
    if ! command -v redis-server >/dev/null 2>&1; then
        apt-get update >/dev/null && RUNLEVEL=1 apt-get install --yes redis-server >/dev/null || return
    fi

    local home port nodes=("${@:2}")
    home="$(mktemp -d)"
    at_exit "rm -rf '$home'"
    start_redis_server "$1" || return

    for port in "${nodes[@]}"; do
        start_redis_server "$port" --cluster-enabled yes || return
    done

    redis-cli --cluster create "${nodes[@]/#/127.0.0.1:}" --cluster-replicas 0 --cluster-yes \
        >/dev/null || return

    # Each node has to hear of the others before it serves.
    for port in "${nodes[@]}"; do
        wait_for_redis "redis-cli -p $port cluster info | grep cluster_state:ok" || return
    done
}

redis_ports=($(redis_ports))
export FLASK_LOGIN_TEST_REDIS="redis://127.0.0.1:${redis_ports[0]}"
export FLASK_LOGIN_TEST_REDIS_CLUSTER="redis://127.0.0.1:${redis_ports[1]}"
start_redis "${redis_ports[@]}" || echo "Redis has not started: its tests will fail." >&2
