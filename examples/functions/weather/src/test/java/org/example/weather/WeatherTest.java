package org.example.weather;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Schema;
import org.apache.pulsar.common.schema.SchemaType;
import org.junit.jupiter.api.Test;

class WeatherTest {
    private final Sent sent = new Sent();
    private final Weather weather = new Weather();

    private Report report(Reading reading) throws PulsarClientException {
        return weather.process(reading, sent.context());
    }

    @Test
    void aReportGoesToTheOutputAndToTheCitysOwnTopic() throws PulsarClientException {
        Report report = report(new Reading("roof", "Zürich", 15, 0, 50));

        assertEquals("Take a jacket.", report.getAdvice());
        assertEquals(1, sent.messages.size());
        assertEquals("persistent://public/default/weather-zurich", sent.messages.get(0).topic);
        assertEquals(report, sent.messages.get(0).value);
    }

    @Test
    void aCitysMessageIsKeyedByTheCityAndSaysItsStation() throws PulsarClientException {
        report(new Reading("roof", "São Paulo", 25, 0, 50));

        assertEquals("São Paulo", sent.messages.get(0).key);
        assertEquals(Map.of("station", "roof", "unit", "celsius"), sent.messages.get(0).properties);
    }

    @Test
    void aCitysTopicHasTheSchemaOfAReport() throws Exception {
        report(new Reading("roof", "Oslo", -5, 20, 80));
        Schema<?> schema = sent.messages.get(0).schema;

        assertEquals(SchemaType.JSON, schema.getSchemaInfo().getType());
        String fields = schema.getSchemaInfo().getSchemaDefinition();
        List.of("city", "celsius", "feelsLike", "advice")
                .forEach(field -> assertTrue(fields.contains('"' + field + '"'), fields));
    }

    @Test
    void aReadingSurvivesItsSchema() {
        Schema<Reading> schema = Schema.JSON(Reading.class);
        Reading read = schema.decode(schema.encode(new Reading("roof", "Oslo", -5.5, 20, 80)));

        assertEquals("roof Oslo -5.5 20.0 80.0", String.join(" ", read.getStation(), read.getCity(),
                String.valueOf(read.getCelsius()), String.valueOf(read.getWindKmh()), String.valueOf(read.getHumidity())));
    }

    @Test
    void theTopicsMayBeginOtherwise() throws PulsarClientException {
        sent.userConfig.put("topics", "persistent://public/cities/");
        report(new Reading("roof", "  New  York ", 25, 0, 50));

        assertEquals("persistent://public/cities/new-york", sent.messages.get(0).topic);
    }

    @Test
    void windMakesItColderAndHumidityHotter() {
        // Environment Canada's tables: -10 °C in 30 km/h feel like -20; 30 °C at 60 % like 39.
        assertEquals(-19.5, Weather.feelsLike(-10, 30, 50), 0.1);
        assertEquals(38.6, Weather.feelsLike(30, 0, 60), 0.5);
        assertEquals(15, Weather.feelsLike(15, 40, 90));
        assertEquals(21, Weather.feelsLike(21, 0, 5));
    }

    @Test
    void aReadingWithoutCityIsDroppedAndCounted() throws PulsarClientException {
        assertNull(report(new Reading("roof", " ", 15, 0, 50)));
        assertEquals(List.of(), sent.messages);
        assertEquals(List.of("dropped"), sent.metrics);
    }

    @Test
    void aReadingThatCouldNotBeReportedIsNotAcknowledged() {
        sent.brokerIsGone = true;

        assertThrows(PulsarClientException.class, () -> report(new Reading("roof", "Oslo", 15, 0, 50)));
    }
}
