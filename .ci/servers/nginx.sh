# Sees to it that nginx is installed: the tests start it by themselves. Where that fails, the
# variable is set all the same: the tests that need it then fail.
if ! PATH="$PATH:/usr/sbin" command -v nginx >/dev/null 2>&1; then
    (apt-get update && RUNLEVEL=1 apt-get install --yes nginx-light) >/dev/null ||
        echo "nginx cannot be installed: its tests will fail." >&2
fi

export FLASK_LOGIN_TEST_NGINX=nginx
