-- CreateTable
CREATE TABLE "known_networks" (
    "user_id" UUID NOT NULL,
    "network_hash" BYTEA NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "known_networks_pkey" PRIMARY KEY ("user_id","network_hash")
);

-- CreateIndex
CREATE INDEX "known_networks_last_at_idx" ON "known_networks"("last_at");
