-- Which transaction an entry was written in, and so what of the feed it is about. By itself a default leaves former rows as they are.
ALTER TABLE "audit_entries" ADD COLUMN "xid" xid8;
ALTER TABLE "audit_entries" ALTER COLUMN "xid" SET DEFAULT pg_current_xact_id();

-- AlterTable
ALTER TABLE "feed_state" ADD COLUMN "building_since" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "services" ADD COLUMN     "serve_for_ms" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "verifier_sessions" (
    "id" UUID NOT NULL,
    "service_id" UUID NOT NULL,
    "instance" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "on_stale" TEXT NOT NULL,
    "bound_ms" INTEGER NOT NULL,
    "serve_for_ms" INTEGER NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "epoch" UUID NOT NULL,
    "start_cursor" TEXT NOT NULL,
    "cursor" TEXT,
    "as_of" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL DEFAULT 'NOT_READY',
    "mode" TEXT NOT NULL DEFAULT 'stream',
    "keys" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "verifier_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verifier_acks" (
    "id" BIGSERIAL NOT NULL,
    "session_id" UUID NOT NULL,
    "cursor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "verifier_acks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feed_snapshots" (
    "id" SERIAL NOT NULL,
    "epoch" UUID NOT NULL,
    "history" TEXT NOT NULL,
    "cursor" TEXT NOT NULL,
    "keys" INTEGER NOT NULL,
    "owners" INTEGER NOT NULL,
    "pages" TEXT[] NOT NULL,
    "built_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "feed_snapshots_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feed_pages" (
    "sha256" TEXT NOT NULL,
    "content" BYTEA NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "feed_pages_pkey" PRIMARY KEY ("sha256")
);

-- CreateIndex
CREATE INDEX "verifier_sessions_service_id_seen_at_idx" ON "verifier_sessions"("service_id", "seen_at");

-- CreateIndex
CREATE INDEX "verifier_sessions_seen_at_idx" ON "verifier_sessions"("seen_at");

-- CreateIndex
CREATE INDEX "verifier_acks_session_id_at_idx" ON "verifier_acks"("session_id", "at");

-- CreateIndex
CREATE INDEX "verifier_acks_at_idx" ON "verifier_acks"("at");

-- AddForeignKey
ALTER TABLE "verifier_sessions" ADD CONSTRAINT "verifier_sessions_service_id_fkey" FOREIGN KEY ("service_id") REFERENCES "services"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verifier_acks" ADD CONSTRAINT "verifier_acks_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "verifier_sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
