import { Compass } from "lucide-react";
import { Empty } from "../components/Blocks";
import { Link } from "../lib/router";

export function Missing() {
  return (
    <Empty icon={Compass} title="There is no such page">
      <Link to="" className="font-medium text-accent underline underline-offset-2">
        Back to the overview
      </Link>
    </Empty>
  );
}
