#!/bin/bash
# start.sh FOLDER PORT: a one-node Ceph RADOS Gateway on 127.0.0.1, as root, for tests and demonstrations only.
#
# Keys come from the environment: RGW_ACCESS_KEY and RGW_SECRET_KEY. BLOCK_GB (default 8) is the size of the store.
# Needs: apt-get install --no-install-recommends radosgw ceph-osd ceph-mon ceph-common
# Returns when the gateway answers; stop.sh FOLDER ends it. There is no cephx between the daemons: loopback only.
set -euo pipefail
: "${RGW_ACCESS_KEY:?set RGW_ACCESS_KEY}" "${RGW_SECRET_KEY:?set RGW_SECRET_KEY}"
[ $# -eq 2 ] || { echo "usage: start.sh FOLDER PORT" >&2; exit 2; }
mkdir -p "$1"/{mon,osd0,run,log}
D=$(cd "$1" && pwd); PORT=$2; MON=$((PORT + 3000)); HERE=$(cd "$(dirname "$0")" && pwd)
export CEPH_CONF=$D/ceph.conf
trap '"$HERE/stop.sh" "$D"' ERR

configure() {
  # crc modes: without cephx the default (secure) hangs in AUTH_CONNECTING.
  # rgw_gc_*: deleted bytes would stay for two hours, and a full store hangs without an error.
  FSID=$(cat /proc/sys/kernel/random/uuid)
  cat > "$CEPH_CONF" <<C
[global]
fsid = $FSID
mon_host = [v2:127.0.0.1:$MON]
mon_initial_members = a
public_network = 127.0.0.0/8
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
ms_client_mode = crc
ms_bind_ipv6 = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 2000
mon_data_avail_warn = 2
mon_data_avail_crit = 1
mon_osd_initial_require_min_compat_client = luminous
mon_data = $D/mon
osd_data = $D/osd0
bluestore_block_size = $((${BLOCK_GB:-8} * 1073741824))
osd_memory_target = 939524096
run_dir = $D/run
admin_socket = $D/run/\$name.asok
pid_file =
log_file = $D/log/\$name.log
mon_cluster_log_file = $D/log/cluster.log
keyring = $D/none
rgw_gc_obj_min_wait = 5
rgw_gc_processor_period = 5
rgw_gc_processor_max_time = 5
C
  monmaptool --create --addv a "[v2:127.0.0.1:$MON]" --fsid "$FSID" "$D/monmap" > /dev/null
  ceph-mon --mkfs -i a --monmap "$D/monmap" > "$D/log/mon-mkfs.out" 2>&1
}

make_osd() {
  local uuid; uuid=$(cat /proc/sys/kernel/random/uuid)
  timeout 20 ceph osd new "$uuid" 0 > /dev/null
  ceph-osd -i 0 --mkfs --osd-uuid "$uuid" > "$D/log/mkfs.out" 2>&1
  timeout 20 ceph osd crush add osd.0 1.0 root=default host=localhost 2> /dev/null
}

start() {  # start NAME COMMAND...: in the background, in a session of its own, its process id noted for stop.sh
  local name=$1; shift
  setsid "$@" > "$D/log/$name.out" 2>&1 &
  echo $! >> "$D/run/pids"
}

await() {  # await NAME COMMAND...: until the command succeeds; fail when the last daemon has ended, or after a minute
  local name=$1 daemon; shift; daemon=$(tail -n 1 "$D/run/pids")
  for _ in $(seq 600); do
    if "$@" > /dev/null 2>&1; then return 0; fi
    kill -0 "$daemon" 2> /dev/null || { echo "$name died; see $D/log" >&2; return 1; }
    sleep 0.1
  done
  echo "$name did not answer within a minute; see $D/log" >&2
  return 1
}

osd_active() { timeout 5 ceph --admin-daemon "$D/run/osd.0.asok" status | grep -q '"active"'; }
gateway_answers() { (exec 3<> "/dev/tcp/127.0.0.1/$PORT"); }

[ -f "$CEPH_CONF" ] || configure
: > "$D/run/pids"
start mon ceph-mon -f -i a
await mon timeout 5 ceph -s
[ -f "$D/osd0/whoami" ] || make_osd
start osd ceph-osd -f -i 0
await osd osd_active
start rgw radosgw -f -n client.rgw --rgw-frontends "beast endpoint=127.0.0.1:$PORT"
await rgw gateway_answers
radosgw-admin -n client.rgw user info --uid=workprint > /dev/null 2>&1 ||
  radosgw-admin -n client.rgw user create --uid=workprint --display-name=workprint \
    --access-key="$RGW_ACCESS_KEY" --secret="$RGW_SECRET_KEY" > "$D/log/user.out" 2>&1
echo "rgw ready on http://127.0.0.1:$PORT"
