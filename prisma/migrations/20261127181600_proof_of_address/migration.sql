-- AlterTable
ALTER TABLE "users" ADD COLUMN     "unproven" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "made_unproven" BOOLEAN NOT NULL DEFAULT false;
