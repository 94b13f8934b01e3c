# SPDX-License-Identifier: Apache-2.0
#
# Sourced by scripts/fetch-*: apt-get with its own configuration, so that packages of any Debian suite can be downloaded
# and unpacked without changing the machine's own apt or installing anything. It uses the mirror that this machine uses.
# When something is not available, the script exits with code 77 and a reason, and tests count as skipped.
#
#   private_apt NAME SUITE [deb-src]   makes the folder $work (removed at exit) and changes into it
#   download PACKAGE                   downloads PACKAGE_*.deb into $work; any failure skips
#   unpack FOLDER PACKAGE...           downloads and unpacks each

skip() {
  echo "$apt_name: $apt_suite: $1" >&2
  exit 77
}

private_apt() {
  apt_name=$1 apt_suite=$2
  local kind=${3:-deb} keyring=/usr/share/keyrings/debian-archive-keyring.gpg mirror
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || skip 'needs apt-get and dpkg (Debian)'
  [ -r "$keyring" ] || skip "needs $keyring"
  # The sources may be in either of apt's formats.
  mirror=$(grep -rhoE 'https?://[^ ]*/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null |
    head -1 | tr -d ' ') || true
  [ -n "$mirror" ] || skip "the machine's apt sources name no Debian mirror"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts"
  echo "$kind [signed-by=$keyring] $mirror $apt_suite main" > "$work/sources.list"
  : > "$work/status"
  apt_options=(-q=2 -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts="$work/parts"
    -o Dir::State::Lists="$work/lists" -o Dir::State::Status="$work/status" -o Dir::Cache="$work/cache"
    -o Acquire::Languages=none -o APT::Sandbox::User=root)
  apt-get "${apt_options[@]}" update >&2 || skip "cannot read the mirror"
  cd "$work"
}

download() {
  apt-get "${apt_options[@]}" download "$1" >&2 || skip "cannot download $1"
}

unpack() {
  local folder=$1 package
  shift
  mkdir -p "$folder"
  for package in "$@"; do
    download "$package"
    dpkg -x "$package"_*.deb "$folder"
  done
}
