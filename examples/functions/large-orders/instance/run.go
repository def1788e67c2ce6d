package instance

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/apache/pulsar-client-go/pulsar"
)

// Function makes something of a message. What it returns goes to the output topic, nil to none; after an error the
// message comes again.
type Function func(ctx context.Context, in []byte) ([]byte, error)

// Start runs a function until the worker ends it.
func Start(function Function) {
	conf := flag.String("instance-conf", "", "what Pulsar's functions worker tells its instance, as JSON")
	flag.Parse()
	config, err := Parse(*conf)
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		err = run(ctx, config, function)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, config Config, function Function) error {
	userConfig, err := config.userConfig()
	if err != nil {
		return fmt.Errorf("the user configuration: %w", err)
	}
	clientOptions, err := config.client()
	if err != nil {
		return err
	}
	consumerOptions, err := config.consumer()
	if err != nil {
		return err
	}
	counted := &counts{}
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", config.Port))
	if err != nil {
		return err
	}
	server := control(config, counted)
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	if config.MetricsPort > 0 {
		metrics := &http.Server{
			Addr: fmt.Sprintf(":%d", config.MetricsPort), Handler: prometheus(config, counted), ReadHeaderTimeout: 5 * time.Second,
		}
		go func() { log.Print(metrics.ListenAndServe()) }()
		defer metrics.Close()
	}

	client, err := pulsar.NewClient(clientOptions)
	if err != nil {
		return err
	}
	defer client.Close()
	instance := instance{config: config, function: function, counted: counted}
	if config.Output != "" {
		producer, err := client.CreateProducer(pulsar.ProducerOptions{Topic: config.Output, Properties: config.properties()})
		if err != nil {
			return err
		}
		// Before the client: what was sent is written, and its input acknowledged.
		defer producer.Close()
		instance.producer = producer
	}
	consumer, err := client.Subscribe(consumerOptions)
	if err != nil {
		return err
	}
	defer consumer.Close()
	instance.consumer = consumer
	log.Printf("%s reads %v%s", config.fullName(), consumerOptions.Topics, consumerOptions.TopicsPattern)

	ctx = WithUserConfig(ctx, userConfig)
	for {
		message, err := consumer.Receive(ctx)
		if ctx.Err() != nil {
			if instance.producer != nil {
				return instance.producer.(pulsar.Producer).FlushWithCtx(context.Background())
			}
			return nil
		}
		if err != nil {
			return err
		}
		instance.process(ctx, message)
	}
}

type consumer interface {
	Ack(pulsar.Message) error
	Nack(pulsar.Message)
}

type producer interface {
	SendAsync(context.Context, *pulsar.ProducerMessage, func(pulsar.MessageID, *pulsar.ProducerMessage, error))
}

type instance struct {
	config   Config
	function Function
	consumer consumer
	producer producer
	counted  *counts
}

func (i instance) process(ctx context.Context, in pulsar.Message) {
	early := i.config.ProcessingGuarantees == atMostOnce
	if early {
		i.ack(in)
	}
	out, err := i.call(ctx, in.Payload())
	i.counted.Lock()
	i.counted.received++
	i.counted.last = time.Now()
	if err != nil {
		i.counted.userErrors++
		i.counted.lastError = err.Error()
	} else {
		i.counted.succeeded++
	}
	i.counted.Unlock()
	switch {
	case err != nil:
		log.Printf("message %v: %v", in.ID(), err)
		if !early {
			i.consumer.Nack(in)
		}
	case out == nil || i.producer == nil:
		if !early {
			i.ack(in)
		}
	default:
		i.send(ctx, in, out, early)
	}
}

func (i instance) send(ctx context.Context, in pulsar.Message, out []byte, early bool) {
	properties := map[string]string{"__pfn_input_topic__": in.Topic()}
	// Not ended with ctx: what was made of a message is written, also when the worker ends this.
	i.producer.SendAsync(context.WithoutCancel(ctx), &pulsar.ProducerMessage{Payload: out, Key: in.Key(), Properties: properties},
		func(_ pulsar.MessageID, _ *pulsar.ProducerMessage, err error) {
			switch {
			case err != nil:
				i.failed(err)
				if !early {
					i.consumer.Nack(in)
				}
			case !early:
				i.ack(in)
			}
		})
}

// call is the function, whose panics are errors: one bad message doesn't end it for the others.
func (i instance) call(ctx context.Context, payload []byte) (out []byte, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	return i.function(ctx, payload)
}

func (i instance) ack(in pulsar.Message) {
	if err := i.consumer.Ack(in); err != nil {
		i.failed(err)
	}
}

func (i instance) failed(err error) {
	log.Print(err)
	i.counted.Lock()
	defer i.counted.Unlock()
	i.counted.systemErrors++
}
