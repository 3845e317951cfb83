export default function HomePage() {
  return <main>Latchkey</main>;
}
