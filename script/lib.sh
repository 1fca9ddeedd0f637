# Set-up shared by script/server, script/test and script/bench: sourced, never run.
# Needs bash, coreutils and a Python; everything else it installs or names in one sentence.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Print the first Python that is new enough. A name on the PATH may be a shim that runs nothing.
find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# Run a command as root, or fail when this user may not.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_install() {
    command -v apt-get >/dev/null && as_root true 2>/dev/null
}

apt_install() {
    local log
    log=$(mktemp)
    echo "Installing $* …" >&2
    # The lists may be missing (a fresh container) or old (packages that have moved on): update first.
    if ! { as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
        tail -n 5 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# Run a command quietly; show what it printed only when it fails.
quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# What an installation depends on: the two files, and where the checkout lies (an editable
# installation points there).
fingerprint() {
    { printf '%s\n' "$root"; cat "$root/pyproject.toml" "$root/script/$1.lock"; } | sha256sum
}

is_set_up() {
    [ -x "$venv/bin/python" ] && [ "$(cat "$venv/set-up-$1" 2>/dev/null)" = "$(fingerprint "$1")" ]
}

# Make .venv hold exactly what script/NAME.lock names, and this checkout. NAME is server or dev.
set_up() {
    is_set_up "$1" && return
    # Two at once (two terminals, a service and a person) would write one folder: the second waits.
    # The lock hangs on the open file, so it lives on in this shell when python3 has taken it.
    local python
    python=$(find_python) || die "Python 3.11 or newer is needed and none was found (on Debian: apt-get install python3 python3-venv)."
    exec 9<"$root/script/lib.sh"
    "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
    if ! is_set_up "$1"; then
        echo "Setting up (once, about half a minute) …" >&2
        make_venv "$python"
        install_locked "$1"
        fingerprint "$1" >"$venv/set-up-$1"
    fi
    exec 9<&-
}

make_venv() {
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return
    quietly "$1" -m venv --clear "$venv" 2>/dev/null && return
    local package
    package=$("$1" -c 'import sys; print(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")')
    may_install && apt_install "$package" && quietly "$1" -m venv --clear "$venv" && return
    die "$1 cannot make a virtual environment: please install $package (on Debian: apt-get install $package)."
}

# uv is five times as quick as pip here and comes locked like everything else; where it cannot work (it
# does not read pip's settings, so not behind a mirror that only those name) pip does the same.
install_locked() {
    local lock=$root/script/$1.lock uv_alone python=$venv/bin/python
    uv_alone=$(mktemp)
    sed -n '/^uv==/,/[^\\]$/p' "$lock" >"$uv_alone"
    if "$python" -m pip install -q --require-hashes -r "$uv_alone" >/dev/null 2>&1 &&
        "$venv/bin/uv" pip install -q --python "$python" --compile-bytecode --require-hashes -r "$lock" \
            >/dev/null 2>&1; then
        rm -f "$uv_alone"
    else
        rm -f "$uv_alone"
        quietly "$python" -m pip install --require-hashes -r "$lock" ||
            die "The packages in $lock could not be installed: is the package index reachable?"
    fi
    # The build tools are locked too, hence no isolation: nothing unlocked is fetched to build.
    quietly "$python" -m pip install --no-deps --no-build-isolation -e "$root" ||
        die "This checkout could not be installed into $venv."
    # Else the first start compiles 650 modules: up to two seconds in which somebody waits.
    quietly "$python" -m compileall -q -j 0 "$root"/{queue_server,display,kiosk,counter_client,sounds} || true
}
