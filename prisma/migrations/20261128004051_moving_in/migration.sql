-- AlterEnum
ALTER TYPE "key_format" ADD VALUE 'foreign';

-- AlterEnum
ALTER TYPE "credit_kind" ADD VALUE 'import';

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "former_id" TEXT,
ADD COLUMN     "source" TEXT,
ADD COLUMN     "weak" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "replaced_credentials" ADD COLUMN     "format" "key_format";

-- AlterTable
ALTER TABLE "credit_entries" ADD COLUMN     "reference" TEXT;

-- CreateTable
CREATE TABLE "former_ids" (
    "source" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "former_ids_pkey" PRIMARY KEY ("source","id")
);

-- CreateTable
CREATE TABLE "credential_forms" (
    "prefix" TEXT NOT NULL,
    "signs" TEXT NOT NULL,
    "length" INTEGER NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "credential_forms_pkey" PRIMARY KEY ("prefix","signs","length")
);

-- CreateTable
CREATE TABLE "import_files" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "content" BYTEA NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "import_files_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "former_ids_id_idx" ON "former_ids"("id");

-- CreateIndex
CREATE INDEX "former_ids_user_id_idx" ON "former_ids"("user_id");

-- CreateIndex
CREATE INDEX "import_files_added_at_idx" ON "import_files"("added_at");

-- AddForeignKey
ALTER TABLE "former_ids" ADD CONSTRAINT "former_ids_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Where the tables are large, have these made by hand before, CONCURRENTLY: writers wait until they are built.
CREATE UNIQUE INDEX IF NOT EXISTS "api_keys_source_former_id_key" ON "api_keys"("source", "former_id") WHERE "former_id" IS NOT NULL;

-- Of a kind, so that an import and whoever sells credits do not meet.
CREATE UNIQUE INDEX IF NOT EXISTS "credit_entries_kind_reference_key" ON "credit_entries"("kind", "reference") WHERE "reference" IS NOT NULL;
