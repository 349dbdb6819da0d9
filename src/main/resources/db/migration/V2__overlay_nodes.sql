-- What a store cannot keep of its nodes: attributes, and whole symlinks. The same text runs on H2 and on PostgreSQL.

-- Whether a store has rows at all, and symlinks among them: what saves all others the looking up.
alter table overlay_store add column has_nodes boolean default false not null;
alter table overlay_store add column has_links boolean default false not null;

-- A key is the number of the store in four bytes and then the path, without its slash for the root: one index finds a node
-- and, in bytewise order of the full paths, all below it. Keys are bounded to what an index of PostgreSQL takes, so trees
-- move and copy by one statement, without a hash that only one of the databases can compute.
create table overlay_node (
    node_key      bytea    not null primary key,
    directory     bytea    not null,
    name          bytea    not null,
    kind          smallint not null,
    mode          integer,
    uid           bigint,
    gid           bigint,
    modified      bigint,
    media_type    bytea,
    link_target   bytea,
    seen_size     bigint,
    seen_modified bigint,
    seen_etag     bytea
);

create index overlay_node_directory on overlay_node (directory, name);

-- The journal: what somebody is about to do to a store and to its rows.
create table overlay_intent (
    id              bigint generated always as identity primary key,
    store_id        integer     not null,
    instance        varchar(64) not null,
    operation       varchar(16) not null,
    path            bytea       not null,
    other_path      bytea,
    mode            integer,
    uid             bigint,
    gid             bigint,
    modified        bigint,
    media_type      bytea,
    before_kind     smallint,
    before_size     bigint,
    before_modified bigint,
    before_etag     bytea,
    size            bigint      not null
);

create index overlay_intent_store on overlay_intent (store_id);

-- Gateways that share the database, and when each was last known to live, in milliseconds since the epoch.
create table overlay_gateway (
    instance varchar(64) not null primary key,
    seen_at  bigint      not null
);
