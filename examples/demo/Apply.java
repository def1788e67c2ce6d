import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pulsar.client.api.TypedMessageBuilder;
import org.apache.pulsar.functions.api.Context;
import org.apache.pulsar.functions.api.Function;
import org.slf4j.LoggerFactory;

/**
 * Applies a Java function to lines of JSON, without a worker: `java Apply CLASS TENANT NAMESPACE`.
 *
 * <p>For each line of standard input it writes what the function sends to other topics, each a line with `topic`, `key`
 * and `value`, and then a line with `value` alone: what the function returns.
 */
public class Apply {
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    @SuppressWarnings("unchecked")
    public static void main(String[] words) throws Exception {
        Class<?> type = Class.forName(words[0]);
        Function<Object, Object> function = (Function<Object, Object>) type.getDeclaredConstructor().newInstance();
        Class<?> input = inputOf(type);
        Context context = proxy(Context.class, (self, method, given) -> switch (method.getName()) {
            case "getTenant" -> words[1];
            case "getNamespace" -> words[2];
            case "getLogger" -> LoggerFactory.getLogger(type);
            case "getUserConfigValueOrDefault" -> given[1];
            case "newOutputMessage" -> message((String) given[0]);
            default -> null;
        });
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Object output = function.process(JSON.readValue(line, input), context);
            Map<String, Object> said = new LinkedHashMap<>();
            said.put("value", output);
            write(said);
        }
    }

    /** What a function fills in and sends; where to is the topic. */
    private static TypedMessageBuilder<?> message(String topic) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("topic", topic);
        return proxy(TypedMessageBuilder.class, (self, method, given) -> {
            switch (method.getName()) {
                case "key", "value" -> said.put(method.getName(), given[0]);
                case "send" -> write(said);
                default -> { }
            }
            return TypedMessageBuilder.class.isAssignableFrom(method.getReturnType()) ? self : null;
        });
    }

    private static void write(Map<String, Object> said) throws Exception {
        byte[] line = (JSON.writeValueAsString(said) + "\n").getBytes(StandardCharsets.UTF_8);
        System.out.write(line);
        System.out.flush();
    }

    private static Class<?> inputOf(Class<?> type) {
        for (Type each : type.getGenericInterfaces()) {
            if (each instanceof ParameterizedType known && known.getRawType() == Function.class) {
                return (Class<?>) known.getActualTypeArguments()[0];
            }
        }
        throw new IllegalArgumentException(type + " is no Function");
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
