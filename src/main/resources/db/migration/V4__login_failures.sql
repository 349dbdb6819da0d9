-- Addresses that have shown wrong credentials lately, counted by all gateways together. The same text runs on H2 and on PostgreSQL.

create table login_failure (
    address      varchar(64) primary key,
    failures     integer not null,
    since_at     bigint  not null,
    barred_until bigint  not null
);
