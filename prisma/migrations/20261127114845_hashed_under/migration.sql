-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "credential_hashed_under" TEXT,
ADD COLUMN     "secret_hashed_under" TEXT;

-- AlterTable
ALTER TABLE "replaced_credentials" ADD COLUMN     "credential_hashed_under" TEXT,
ADD COLUMN     "secret_hashed_under" TEXT;
