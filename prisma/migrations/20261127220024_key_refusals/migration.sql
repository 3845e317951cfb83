-- CreateTable
CREATE TABLE "key_refusals" (
    "id" BIGSERIAL NOT NULL,
    "key_id" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "code" TEXT NOT NULL,
    "asked" TEXT,

    CONSTRAINT "key_refusals_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "key_refusals_key_id_at_id_idx" ON "key_refusals"("key_id", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "key_refusals_at_idx" ON "key_refusals" USING BRIN ("at");
