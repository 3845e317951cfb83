-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "disabled_at" TIMESTAMPTZ(3),
ADD COLUMN     "disabled_by" TEXT,
ADD COLUMN     "note" TEXT,
ADD COLUMN     "revoked_by" TEXT,
ADD COLUMN     "self_rotation" BOOLEAN NOT NULL DEFAULT false;

-- Few keys are disabled: staff's list of them is read from this index. Every row is new to it, so that none is in it yet.
CREATE INDEX "api_keys_disabled_idx" ON "api_keys"("created_at" DESC, "id" DESC) WHERE "disabled_at" IS NOT NULL AND "deleted_at" IS NULL;
