package org.example.weather;

import java.text.Normalizer;
import java.util.Locale;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.functions.api.Context;
import org.apache.pulsar.functions.api.Function;

/**
 * Makes a report of each measurement: on the function's output topic, and on a topic of each city's own, which is made
 * with its schema when the first report is written to it.
 *
 * <p>A city's message has the city as its key, so that a compacted topic or a Key_Shared subscription works by city,
 * and the station and the unit as properties, which consumers read without decoding the message.
 *
 * <p>User configuration: {@code topics}, what the cities' topics begin with (default: {@code weather-}, in the
 * function's own namespace).
 */
public class Weather implements Function<Reading, Report> {
    @Override
    public Report process(Reading reading, Context context) throws PulsarClientException {
        if (reading.getCity() == null || reading.getCity().isBlank()) {
            context.getLogger().warn("dropped: a reading of {} has no city", reading.getStation());
            context.recordMetric("dropped", 1);
            return null;
        }
        Report report = report(reading);
        // Waits until it is written: the reading is acknowledged when nothing of it can be lost any more.
        context.newOutputMessage(topic(reading.getCity(), context), Schema.JSON(Report.class))
                .key(reading.getCity())
                .property("station", String.valueOf(reading.getStation()))
                .property("unit", "celsius")
                .value(report)
                .send();
        return report;
    }

    static Report report(Reading reading) {
        double feelsLike = feelsLike(reading.getCelsius(), reading.getWindKmh(), reading.getHumidity());
        return new Report(reading.getCity(), reading.getCelsius(), feelsLike, advice(feelsLike));
    }

    /** Wind chill (Environment Canada, JAG/TI 2001) up to 10 °C in wind, humidex from 20 °C on, else the temperature. */
    static double feelsLike(double celsius, double windKmh, double humidity) {
        double felt = celsius;
        if (celsius <= 10 && windKmh > 4.8) {
            double wind = Math.pow(windKmh, 0.16);
            felt = 13.12 + 0.6215 * celsius - 11.37 * wind + 0.3965 * celsius * wind;
        } else if (celsius >= 20) {
            double vapour = humidity / 100 * 6.112 * Math.pow(10, 7.5 * celsius / (237.7 + celsius));
            felt = Math.max(celsius, celsius + 5.0 / 9 * (vapour - 10));
        }
        return Math.round(felt * 10) / 10.0;
    }

    static String advice(double feelsLike) {
        if (feelsLike <= -25) {
            return "Stay inside.";
        }
        if (feelsLike < 5) {
            return "Take a coat.";
        }
        if (feelsLike < 18) {
            return "Take a jacket.";
        }
        return feelsLike < 38 ? "Enjoy it." : "Stay in the shade and drink.";
    }

    /** The city's topic: any name of a city, in letters that a topic may have. */
    static String topic(String city, Context context) {
        String plain = Normalizer.normalize(city.strip(), Normalizer.Form.NFD).replaceAll("\\p{M}", "");
        String name = plain.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-");
        String local = "persistent://" + context.getTenant() + "/" + context.getNamespace() + "/weather-";
        return context.getUserConfigValueOrDefault("topics", local) + name;
    }
}
