package dev.packhorse.store.s3;

class S3ListMetadataTest extends S3StoreTest {

    @Override
    S3Options options(S3Server of) {
        return of.options(true, true);
    }
}
