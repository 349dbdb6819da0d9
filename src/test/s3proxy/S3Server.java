import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/**
 * S3Proxy with everything in memory, as the tests need it: {@code S3Server ACCESS-KEY SECRET-KEY} prints its port and ends with its
 * standard input. Compiled by the build against S3Proxy's own class path, of which the tests have nothing.
 */
public final class S3Server {

    private S3Server() {}

    public static void main(String[] arguments) throws Exception {
        S3Proxy proxy = S3Proxy.builder()
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, arguments[0], arguments[1])
                .blobStore(new InOrder(new TransientNio2BlobStore()))
                .build();
        proxy.start();
        System.out.println("port " + proxy.getPort());
        while (System.in.read() >= 0) {
            // Until whoever started it has gone.
        }
        System.exit(0);
    }

    /**
     * Deletes the keys of one request one after the other. S3Proxy takes ten at a time, and of a directory's marker and what is
     * below it, deleted at the same moment, an empty folder may stay, which it lists as a common prefix; S3 has no folders.
     */
    private static final class InOrder extends ForwardingBlobStore {

        InOrder(BlobStore store) {
            super(store);
        }

        @Override
        public DeleteObjectsResponse removeBlobs(DeleteObjectsRequest request) {
            List<DeletedObject> deleted = new ArrayList<>();
            for (ObjectIdentifier object : request.delete().objects()) {
                removeBlob(DeleteObjectRequest.builder()
                        .bucket(request.bucket())
                        .key(object.key())
                        .build());
                deleted.add(DeletedObject.builder().key(object.key()).build());
            }
            return DeleteObjectsResponse.builder().deleted(deleted).build();
        }
    }
}
