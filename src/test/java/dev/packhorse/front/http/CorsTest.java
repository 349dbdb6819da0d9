package dev.packhorse.front.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class CorsTest {

    private static Cors cors(String... origins) {
        return new Cors(Set.of(origins), "GET, MOVE", "Content-Mode", "ETag");
    }

    private static HttpResponse answer(Cors cors, FakeRequest request) {
        return cors.applyTo(request, new HttpResponse(200));
    }

    private static FakeRequest from(String method, String origin) {
        return new FakeRequest(method, "/").with("Origin", origin);
    }

    @Test
    void offAddsNothing() {
        assertThat(answer(Cors.OFF, from("GET", "https://a")).headers()).isEmpty();
    }

    @Test
    void aListAnswersItsMembersAndVaries() {
        HttpResponse answer = answer(cors("https://a", "https://b"), from("GET", "https://b"));

        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://b");
        assertThat(answer.header("Access-Control-Expose-Headers")).isEqualTo("ETag");
        assertThat(answer.header("Vary")).isEqualTo("Origin");
    }

    @Test
    void strangersGetNothingButTheVary() {
        assertThat(answer(cors("https://a"), from("GET", "https://evil")).headers())
                .containsExactly("Vary", "Origin");
        assertThat(answer(cors("https://a"), new FakeRequest("GET", "/")).headers())
                .containsExactly("Vary", "Origin");
        assertThat(answer(cors("https://a"), from("GET", "https://a").with("Origin", "https://evil"))
                        .headers())
                .containsExactly("Vary", "Origin");
    }

    @Test
    void anyOriginIsAStarAndNeverAnEcho() {
        assertThat(answer(cors("*"), from("GET", "https://x")).header("Access-Control-Allow-Origin"))
                .isEqualTo("*");
        assertThat(answer(cors("*"), from("GET", "https://x")).header("Vary")).isNull();
    }

    @Test
    void aPreflightIsToldMethodsAndHeaders() {
        FakeRequest preflight = from("OPTIONS", "https://a").with("Access-Control-Request-Method", "MOVE");

        HttpResponse answer = answer(cors("https://a"), preflight);

        assertThat(answer.header("Access-Control-Allow-Methods")).isEqualTo("GET, MOVE");
        assertThat(answer.header("Access-Control-Allow-Headers")).isEqualTo("Content-Mode");
        assertThat(answer.header("Access-Control-Max-Age")).isEqualTo("600");
        assertThat(Cors.isPreflight(from("OPTIONS", "https://a"))).isFalse();
    }
}
