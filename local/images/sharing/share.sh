# Sourced by the *env.sh files in conf: start the JVM from the archive of loaded classes in this folder.
# It holds for the classpath in `classpath` alone, so that is the one that Java gets; the folder of conf files comes
# last, because Java takes no archive over a folder that isn't empty.
# PULSAR_CLASS_SHARING=off starts the JVM as the official image does.
case "${PULSAR_CLASS_SHARING:-on} $PULSAR_GC $BOOKIE_GC $PULSAR_EXTRA_CLASSPATH" in
  "on "*ZGC*) ;; # The archive is of no use to ZGC.
  "on "*)
    class_sharing="-cp $(cat /pulsar/cds/classpath):$(dirname "${PULSAR_LOG_CONF:-/pulsar/conf/log4j2.yaml}")${PULSAR_EXTRA_CLASSPATH:+:$PULSAR_EXTRA_CLASSPATH}"
    class_sharing="$class_sharing -XX:SharedArchiveFile=/pulsar/cds/pulsar.jsa -Xshare:auto"
    ;;
esac
