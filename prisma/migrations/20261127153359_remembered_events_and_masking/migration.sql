-- CreateTable
CREATE TABLE "remembered_events" (
    "key_id" INTEGER NOT NULL,
    "id_hash" BYTEA NOT NULL,

    CONSTRAINT "remembered_events_pkey" PRIMARY KEY ("key_id","id_hash")
);

-- CreateTable
CREATE TABLE "mask_passes" (
    "table_name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "place" TEXT,
    "found" BIGINT NOT NULL DEFAULT 0,
    "begun_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "mask_passes_pkey" PRIMARY KEY ("table_name")
);

-- AlterTable
ALTER TABLE "usage_events" ADD COLUMN     "has_ts" BOOLEAN;
