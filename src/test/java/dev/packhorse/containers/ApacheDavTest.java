package dev.packhorse.containers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import org.junit.jupiter.api.Test;

@WithContainers
class ApacheDavTest {

    @Test
    void propfindListsAFolder() throws Exception {
        ApacheDav server = ApacheDav.shared();
        String folder = server.freshFolder();
        server.run("touch " + folder + "/a");
        String credentials = Counterpart.USER + ":" + Counterpart.PASSWORD;
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(server.uri(folder))
                                .method("PROPFIND", HttpRequest.BodyPublishers.noBody())
                                .header("Depth", "1")
                                .header(
                                        "Authorization",
                                        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(US_ASCII)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(207);
        assertThat(response.body()).contains("href>" + server.uri(folder).getPath() + "a</", "getcontentlength>0</");
    }
}
