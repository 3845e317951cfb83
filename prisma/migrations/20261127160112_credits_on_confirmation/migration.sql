-- CreateTable
CREATE TABLE "installations" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "signup_credits_when" TEXT NOT NULL,

    CONSTRAINT "installations_pkey" PRIMARY KEY ("id")
);

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "credits_on_confirmation" BIGINT;
