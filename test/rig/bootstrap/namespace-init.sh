# The first process of the rig's namespaces: `sh namespace-init.sh program args…`.
# It gives them a private /run (sockets, temporary files and Docker's data: gone with the namespaces, and no
# systemd or foreign Docker socket to be found in it), passes signals on, and collects orphans, which the inner
# script could not: Node only waits for children of its own.

PATH="$PATH:/usr/sbin:/sbin" # dockerd calls iptables by name
export PATH

mount -t tmpfs -o mode=755 warm-rig /run || exit 1
mkdir -m 1777 /run/tmp || exit 1
ip link set lo up || exit 1

"$@" <&0 &
child=$!
trap 'kill -TERM "$child"' TERM
trap 'kill -INT "$child"' INT

# A trapped signal ends `wait` early, while the child lives on.
while :; do
  wait "$child"
  code=$?
  kill -0 "$child" 2>/dev/null || exit "$code"
done
