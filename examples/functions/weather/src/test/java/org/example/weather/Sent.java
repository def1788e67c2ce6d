package org.example.weather;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.apache.pulsar.functions.api.Context;
import org.slf4j.helpers.NOPLogger;

/** A context of Pulsar's interface that remembers what a function sent. */
class Sent {
    /** A message and where it went. */
    static class Message {
        String topic;
        Schema<?> schema;
        String key;
        Object value;
        final Map<String, String> properties = new HashMap<>();
    }

    final List<Message> messages = new ArrayList<>();
    final Map<String, Object> userConfig = new HashMap<>();
    final List<String> metrics = new ArrayList<>();
    boolean brokerIsGone;

    Context context() {
        return (Context) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Context.class}, (proxy, method, given) -> switch (method.getName()) {
                    case "getTenant" -> "public";
                    case "getNamespace" -> "default";
                    case "getLogger" -> NOPLogger.NOP_LOGGER;
                    case "getUserConfigValueOrDefault" -> Optional.ofNullable(userConfig.get(given[0])).orElse(given[1]);
                    case "recordMetric" -> metrics.add((String) given[0]) ? null : null;
                    case "newOutputMessage" -> builder((String) given[0], (Schema<?>) given[1]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private Object builder(String topic, Schema<?> schema) {
        Message message = new Message();
        message.topic = topic;
        message.schema = schema;
        return Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TypedMessageBuilder.class}, (proxy, method, given) -> {
                    switch (method.getName()) {
                        case "key" -> message.key = (String) given[0];
                        case "value" -> message.value = given[0];
                        case "property" -> message.properties.put((String) given[0], (String) given[1]);
                        case "send" -> {
                            if (brokerIsGone) {
                                throw new PulsarClientException("gone");
                            }
                            messages.add(message);
                            return MessageId.earliest;
                        }
                        default -> throw new UnsupportedOperationException(method.getName());
                    }
                    return proxy;
                });
    }
}
