import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.apache.pulsar.broker.protocol.ProtocolHandler;
import org.apache.pulsar.broker.service.BrokerService;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.PulsarClient;

/**
 * A protocol of lines, for tests: PING; WHERE, the address that the broker tells others; PUBLISH TOPIC TEXT; and
 * READ TOPIC, the topic's first message. Its name stands in the archive, so that one class makes several handlers.
 */
public class LineHandler implements ProtocolHandler {
    private String listener;
    private BrokerService brokers;

    @Override
    public String protocolName() {
        try (InputStream name = LineHandler.class.getResourceAsStream("/protocol")) {
            return new String(name.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    @Override
    public boolean accept(String protocol) {
        return protocolName().equals(protocol);
    }

    @Override
    public void initialize(ServiceConfiguration configuration) {
        listener = configuration.getProperties().getProperty(protocolName() + "Listener");
    }

    @Override
    public String getProtocolDataToAdvertise() {
        return listener;
    }

    @Override
    public void start(BrokerService service) {
        brokers = service;
    }

    @Override
    public Map<InetSocketAddress, ChannelInitializer<SocketChannel>> newChannelInitializers() {
        int port = Integer.parseInt(listener.substring(listener.lastIndexOf(':') + 1));
        return Map.of(new InetSocketAddress("0.0.0.0", port), new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(
                        new LineBasedFrameDecoder(4096), new StringDecoder(), new StringEncoder(), new Lines());
            }
        });
    }

    @Override
    public void close() {
    }

    private CompletableFuture<String> answer(String line) {
        String[] words = line.split(" ", 3);
        switch (words[0]) {
            case "PING":
                return CompletableFuture.completedFuture("PONG");
            case "WHERE":
                return CompletableFuture.completedFuture(listener);
            case "PUBLISH":
                return client().newProducer().topic(words[1]).createAsync().thenCompose(producer ->
                        producer.sendAsync(words[2].getBytes(StandardCharsets.UTF_8)).thenCompose(id -> producer.closeAsync()).thenApply(done -> "OK"));
            case "READ":
                return client().newReader().topic(words[1]).startMessageId(MessageId.earliest)
                        .createAsync().thenCompose(reader -> reader.readNextAsync().thenCompose(message ->
                                reader.closeAsync().thenApply(done ->
                                        new String(message.getData(), StandardCharsets.UTF_8))));
            default:
                return CompletableFuture.completedFuture("UNKNOWN " + words[0]);
        }
    }

    private PulsarClient client() {
        try {
            return brokers.pulsar().getClient();
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    private class Lines extends SimpleChannelInboundHandler<String> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, String line) {
            answer(line.trim())
                    .exceptionally(error -> "ERROR " + error.getMessage())
                    .thenAccept(text -> context.writeAndFlush(text + "\n"));
        }
    }
}
