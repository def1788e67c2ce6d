package org.example.weather;

/** What people want to know of a measurement. */
public class Report {
    private String city;
    private double celsius;
    private double feelsLike;
    private String advice;

    /** For Pulsar, which fills in the fields. */
    public Report() {}

    /**
     * A report.
     *
     * @param city where
     * @param celsius the air's temperature, in degrees Celsius
     * @param feelsLike what it feels like with the wind or the humidity, in degrees Celsius
     * @param advice what to wear or to do
     */
    public Report(String city, double celsius, double feelsLike, String advice) {
        this.city = city;
        this.celsius = celsius;
        this.feelsLike = feelsLike;
        this.advice = advice;
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

    public double getFeelsLike() {
        return feelsLike;
    }

    public void setFeelsLike(double feelsLike) {
        this.feelsLike = feelsLike;
    }

    public String getAdvice() {
        return advice;
    }

    public void setAdvice(String advice) {
        this.advice = advice;
    }
}
