# Sees to it that Chromium is here. Where that fails, the variable is set all the same: the tests
# that need a browser then fail.
export FLASK_LOGIN_TEST_CHROMIUM="${FLASK_LOGIN_TEST_CHROMIUM:-/usr/bin/chromium}"

install_chromium() {
    [ -x "$FLASK_LOGIN_TEST_CHROMIUM" ] && return
    apt-get update >/dev/null && apt-get install --yes --no-install-recommends chromium >/dev/null
}

install_chromium || echo "Chromium has not been installed: its tests will fail." >&2
