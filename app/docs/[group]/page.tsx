import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { publicAddress } from "@/app/_shell/public-address";
import { GROUPS, openApiDocument } from "@/app/docs/reference/document";
import { OperationSection } from "../operation";
import { Prose } from "../prose";

type Props = { params: Promise<{ group: string }> };

async function findGroup({ params }: Props) {
  const { group: slug } = await params;
  return GROUPS.find((group) => group.slug === slug) ?? notFound();
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: `${(await findGroup(props)).name}: API reference` };
}

export default async function GroupPage(props: Props) {
  const { name, about, operations } = await findGroup(props);
  const address = await publicAddress();
  const document = openApiDocument();
  return (
    <>
      <h1 className="mb-3 font-semibold text-2xl tracking-tight">{name}</h1>
      <Prose text={about} />
      {operations.map((operation) => (
        <OperationSection key={operation.id} operation={operation} document={document} address={address} />
      ))}
    </>
  );
}
