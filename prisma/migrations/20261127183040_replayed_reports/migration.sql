-- CreateTable
CREATE TABLE "uncharged_usage" (
    "user_id" UUID NOT NULL,
    "credits" BIGINT NOT NULL,
    "audited" BIGINT NOT NULL,
    "audited_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "uncharged_usage_pkey" PRIMARY KEY ("user_id")
);

-- AlterTable
ALTER TABLE "usage_days" ADD COLUMN     "replayable" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "usage_events" ADD COLUMN     "body_hash" BYTEA;
