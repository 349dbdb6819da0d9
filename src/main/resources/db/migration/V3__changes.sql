-- The outbox: changes of exports, one row for each subscriber that waits for them. The same text runs on H2 and on PostgreSQL.

create table change_subscriber (
    id      integer generated always as identity primary key,
    export  varchar(512) not null,
    name    varchar(256) not null,
    seen_at bigint       not null,
    unique (export, name)
);

-- A row begins as an intent (state 0), written before the store is touched, and is done (state 1) behind that. Whoever is at it,
-- its recorder first and then who delivers it, holds it until a moment that is put off as long as the process lives.
-- There is no foreign key: each insert would pay for the check.
create table change_event (
    id            bigint generated always as identity primary key,
    subscriber_id integer  not null,
    operation     smallint not null,
    path          bytea    not null,
    target        bytea,
    recorded_at   bigint   not null,
    state         smallint not null,
    look_again    boolean  not null,
    attempts      integer  not null,
    due_at        bigint   not null,
    holder        varchar(64),
    held_until    bigint   not null
);

-- The only index: each costs a page or two of every commit. It leads to the few intents, and in order to what is done.
create index change_event_order on change_event (subscriber_id, state, id);
