-- How many calls a key made in the last 24 hours, counted when someone is about to revoke it.
CREATE INDEX "usage_events_key_id_at_idx" ON "usage_events"("key_id", "at");

CREATE TABLE "verification_days" (
  "key_id" INTEGER NOT NULL,
  "day" DATE NOT NULL,
  "code" TEXT NOT NULL,
  "count" BIGINT NOT NULL,
  CONSTRAINT "verification_days_pkey" PRIMARY KEY ("key_id", "day", "code")
);
