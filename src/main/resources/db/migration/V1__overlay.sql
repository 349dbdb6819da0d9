-- The overlay: what is kept beside the files of a store. The same text runs on H2 and on PostgreSQL.

create table overlay_store (
    id       integer generated always as identity primary key,
    location varchar(512) not null unique
);

-- Paths are the bytes of their UTF-8 form, so that both databases compare them alike whatever their collation.
-- A path may have 4,096 bytes, an index entry of PostgreSQL not even 2,704: equality goes by the SHA-256, ranges by the
-- first 1,024 bytes. The hash leads the primary key because H2 looks up a list of keys by a first column only. There is
-- no foreign key: nothing deletes a store, and each insert would pay for the check (H2 keeps one more index for it).
create table overlay (
    store_id      integer not null,
    path_hash     bytea   not null,
    path_head     bytea   not null,
    path          bytea   not null,
    change_micros bigint  not null,
    removed_at    bigint,
    primary key (path_hash, store_id)
);

create index overlay_subtree on overlay (store_id, path_head);
create index overlay_removed on overlay (removed_at);
