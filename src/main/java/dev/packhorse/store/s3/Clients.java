package dev.packhorse.store.s3;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/** From options to a client of the SDK. */
final class Clients {

    private Clients() {}

    /** Connects to nothing yet. */
    static S3Client of(S3Options options, List<ExecutionInterceptor> observers) {
        String region = options.region();
        URI endpoint = options.endpoint();
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(region == null ? "us-east-1" : region))
                .crossRegionAccessEnabled(region == null && endpoint == null)
                .credentialsProvider(credentials(options.credentials()))
                .forcePathStyle(options.pathStyle())
                // Bodies can be read twice, and many services stumble over the SDK's own framing of them.
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .requestChecksumCalculation(
                        options.checksums()
                                ? RequestChecksumCalculation.WHEN_SUPPORTED
                                : RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(
                        options.checksums()
                                ? ResponseChecksumValidation.WHEN_SUPPORTED
                                : ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(ApacheHttpClient.builder()
                        .maxConnections(options.connections())
                        .connectionTimeout(options.connectTimeout())
                        .socketTimeout(options.timeout())
                        .connectionAcquisitionTimeout(options.timeout())
                        .tcpKeepAlive(true))
                .overrideConfiguration(override -> override.executionInterceptors(observers)
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(options.retries() + 1)
                                .build()));
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        return builder.build();
    }

    private static AwsCredentialsProvider credentials(S3Options.@Nullable Credentials given) {
        if (given == null) {
            return DefaultCredentialsProvider.builder().build();
        }
        return StaticCredentialsProvider.create(
                given.sessionToken() == null
                        ? AwsBasicCredentials.create(given.accessKey(), given.secretKey())
                        : AwsSessionCredentials.create(given.accessKey(), given.secretKey(), given.sessionToken()));
    }
}
