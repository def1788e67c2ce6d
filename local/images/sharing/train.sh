#!/bin/bash
# Runs in the image's file system, in namespaces of its own: starts each program once, notes which classes it loads,
# and writes them as one archive that all of them can start from.
set -eu
export JAVA_HOME=/opt/jvm LANG=C.UTF-8 PULSAR_CLASS_SHARING=off
export PATH=/opt/jvm/bin:/pulsar/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PULSAR_GC="-XX:+UseSerialGC -XX:TieredStopAtLevel=1" PULSAR_GC_LOG="-Xlog:disable -Xlog:all=error:stderr"
export PULSAR_MEM="-Xms256m -Xmx384m -XX:MaxDirectMemorySize=192m"
cd /pulsar
mkdir -p /training/lists cds
classpath=$(printf '%s:' /pulsar/lib/*.jar)
printf %s "${classpath%:}" >cds/classpath
metadata=etcd:http://127.0.0.1:2379

options() { echo "-cp ${classpath}/pulsar/conf -XX:DumpLoadedClassList=/training/lists/$1"; }
# wait_for NAME URL: until it answers or the program has ended.
wait_for() {
  for _ in $(seq 600); do
    curl --fail --silent --output /dev/null --max-time 5 "$2" && return
    kill -0 "${!3}" 2>/dev/null || break
    sleep 0.2
  done
  echo "$1 did not start:" >&2
  tail -n 20 "/training/$1.log" >&2
  exit 1
}
configure() { # FILE KEY=VALUE...
  local file=$1
  shift
  env "${@/#/PULSAR_PREFIX_}" bin/apply-config-from-env.py "$file" >/dev/null
}

/training/etcd --data-dir /training/store --log-level error --unsafe-no-fsync >/training/etcd.log 2>&1 &
etcd=$!
wait_for etcd http://127.0.0.1:2379/health etcd
PULSAR_EXTRA_OPTS="$(options initialise)" bin/pulsar initialize-cluster-metadata --cluster training \
  --metadata-store $metadata --configuration-metadata-store $metadata --initial-num-transaction-coordinators 4 \
  --web-service-url http://127.0.0.1:8080 --broker-service-url pulsar://127.0.0.1:6650 >/training/initialise.log 2>&1

configure conf/bookkeeper.conf metadataServiceUri=metadata-store:$metadata advertisedAddress=127.0.0.1 \
  listeningInterface=lo allowLoopback=true httpServerEnabled=true httpServerPort=8000 prometheusStatsHttpPort=8000 \
  journalDirectory=/training/journal ledgerDirectories=/training/ledgers journalMaxSizeMB=16 journalPreAllocSizeMB=1 \
  dbStorage_writeCacheMaxSizeMb=32 dbStorage_readAheadCacheMaxSizeMb=16
configure conf/broker.conf metadataStoreUrl=$metadata configurationMetadataStoreUrl=$metadata clusterName=training \
  advertisedAddress=127.0.0.1 managedLedgerDefaultEnsembleSize=1 managedLedgerDefaultWriteQuorum=1 \
  managedLedgerDefaultAckQuorum=1 webSocketServiceEnabled=true functionsWorkerEnabled=true \
  functionsWorkerEnablePackageManagement=true transactionCoordinatorEnabled=true enablePackagesManagement=true \
  packagesManagementStorageProvider=org.apache.pulsar.packages.management.storage.filesystem.FileSystemPackagesStorageProvider \
  STORAGE_PATH=/training/packages
configure conf/proxy.conf metadataStoreUrl=$metadata configurationMetadataStoreUrl=$metadata clusterName=training \
  servicePort=16650 webServicePort=18080 webSocketServiceEnabled=true

BOOKIE_EXTRA_OPTS="$(options bookie)" BOOKIE_GC=$PULSAR_GC BOOKIE_MEM=$PULSAR_MEM \
  bin/pulsar bookie >/training/bookie.log 2>&1 &
bookie=$!
PULSAR_EXTRA_OPTS="$(options broker)" bin/pulsar broker >/training/broker.log 2>&1 &
broker=$!
PULSAR_EXTRA_OPTS="$(options proxy)" bin/pulsar proxy >/training/proxy.log 2>&1 &
proxy=$!
wait_for bookie http://127.0.0.1:8000/api/v1/bookie/is_ready bookie
wait_for broker http://127.0.0.1:8080/admin/v2/brokers/health broker
wait_for proxy http://127.0.0.1:18080/admin/v2/brokers/health proxy
python3 - <<'P'
import pulsar

client = pulsar.Client("pulsar://127.0.0.1:16650", logger=pulsar.ConsoleLogger(pulsar.LoggerLevel.Error))
consumer = client.subscribe("training", "training")
producer = client.create_producer("training")
producer.send(b"a message")
consumer.acknowledge(consumer.receive(10000))
client.close()
P
PULSAR_EXTRA_OPTS="$(options admin)" bin/pulsar-admin --admin-url http://127.0.0.1:8080 topics stats training >/training/admin.log 2>&1
kill $proxy $broker $bookie
wait $proxy $broker $bookie || true
kill $etcd

# Ids count within one list, and classes that a program's own loaders made can't be looked up again.
cat /training/lists/* | grep -v -e '^#' -e ' source: ' | sed 's/ id: [0-9]*//' | awk '!seen[$0]++' >/training/all
java -Xshare:dump -Xlog:disable -Xlog:all=error:stderr -cp "${classpath}/pulsar/conf" \
  -XX:SharedClassListFile=/training/all -XX:SharedArchiveFile=/pulsar/cds/pulsar.jsa >/training/dump.log 2>&1 ||
  { tail -n 20 /training/dump.log >&2; exit 1; }
