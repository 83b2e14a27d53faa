# Installs Debian's Chromium, without windows, and what the tests in a browser need from npm, to a
# folder that is thrown away at the end. Where that fails, the variables are set all the same: the
# tests in a browser then fail.
. .ci/server_functions

install_chromium() {
    [ -x "$FLASK_LOGIN_TEST_CHROMIUM" ] && return
    apt-get update >/dev/null && apt-get install --yes chromium-headless-shell >/dev/null
}

# Takes the folder. The file in the repository has the versions.
install_npm_packages() {
    if ! command -v npm >/dev/null 2>&1; then
        apt-get update >/dev/null && apt-get install --yes npm >/dev/null || return
    fi

    cp tests/browser/package.json "$1" || return
    npm install --prefix "$1" --ignore-scripts --no-audit --no-fund --silent >/dev/null
}

npm_home="$(mktemp -d)"
at_exit "rm -rf '$npm_home'"
export FLASK_LOGIN_TEST_CHROMIUM=/usr/bin/chromium-headless-shell
export FLASK_LOGIN_TEST_NPM="$npm_home/node_modules"
install_chromium || echo "Chromium cannot be installed: its tests will fail." >&2
install_npm_packages "$npm_home" || echo "npm has not installed anything: its tests will fail." >&2
