package org.example.weather;

/** What a station measured. Pulsar makes the topic's JSON schema from these fields. */
public class Reading {
    private String station;
    private String city;
    private double celsius;
    private double windKmh;
    private double humidity;

    /** For Pulsar, which fills in the fields. */
    public Reading() {}

    /**
     * A measurement.
     *
     * @param station the station's name
     * @param city where it stands
     * @param celsius the air's temperature, in degrees Celsius
     * @param windKmh the wind, in kilometres an hour
     * @param humidity the relative humidity, in percent
     */
    public Reading(String station, String city, double celsius, double windKmh, double humidity) {
        this.station = station;
        this.city = city;
        this.celsius = celsius;
        this.windKmh = windKmh;
        this.humidity = humidity;
    }

    public String getStation() {
        return station;
    }

    public void setStation(String station) {
        this.station = station;
    }

    public String getCity() {
        return city;
    }

    public void setCity(String city) {
        this.city = city;
    }

    public double getCelsius() {
        return celsius;
    }

    public void setCelsius(double celsius) {
        this.celsius = celsius;
    }

    public double getWindKmh() {
        return windKmh;
    }

    public void setWindKmh(double windKmh) {
        this.windKmh = windKmh;
    }

    public double getHumidity() {
        return humidity;
    }

    public void setHumidity(double humidity) {
        this.humidity = humidity;
    }
}
