"""The frameworks, each with the environment it runs in and the module that drives it."""

import dataclasses

from environments import REQUIREMENTS

# The package a framework's version is of, where the name is another.
PACKAGES = {
    "langchain.mcp": "langchain",
    "pydantic-ai": "pydantic-ai-slim",
    "strands": "strands-agents",
    "autogen": "autogen-agentchat",
    "llama-index": "llama-index-core",
}


@dataclasses.dataclass(frozen=True)
class Framework:
    name: str
    # The file of `requirements/` its environment is made from.
    environment: str
    # The module of `clients/`, and what it is told to do.
    module: str
    option: str = "-"
    # The program of `examples/` that shows it.
    example: str | None = None
    # In the light set: what `Tests/run.sh` runs without `--all`.
    is_light: bool = True

    @property
    def slug(self):
        """The name as a folder's name."""
        words = "".join(c if c.isalnum() or c in "._" else " " for c in self.name).split()
        return "-".join(words)

    @property
    def version(self):
        """What is measured, by its list: the first word of the name, or what stands for it."""
        package = PACKAGES.get(self.name, self.name.split(",")[0].split()[0])
        listed = (REQUIREMENTS / f"{self.environment}.txt").read_text().splitlines()
        return next(line[len(package) + 2 :] for line in listed if line.startswith(f"{package}=="))



def other(*parts, **more):
    """A framework outside the light set."""
    return Framework(*parts, **more, is_light=False)


FRAMEWORKS = [
    Framework("mcp 2", "mcp-2", "mcp_sdk", "auto", "mcp_client.py"),
    Framework("mcp 2, legacy", "mcp-2", "mcp_sdk", "legacy"),
    Framework("mcp 1", "mcp-1", "mcp_sdk", "session"),
    Framework("fastmcp", "fastmcp", "fastmcp_client", example="fastmcp_client.py"),
    Framework(
        "langchain-mcp-adapters", "langchain", "langchain_adapters", "session", "langchain_agent.py"
    ),
    Framework(
        "langchain-mcp-adapters, a process per call", "langchain", "langchain_adapters", "call"
    ),
    Framework("openai-agents", "openai-agents", "openai_agents", "0", "openai_agents.py"),
    Framework("openai-agents, 2 retries", "openai-agents", "openai_agents", "2"),
    Framework(
        "pydantic-ai", "pydantic-ai", "pydantic_ai_toolset", example="pydantic_ai_agent.py"
    ),
    other("langchain.mcp", "langchain-mcp", "langchain_native", example="langchain_mcp_agent.py"),
    other("google-adk", "google-adk", "google_adk_agent", example="google_adk_agent.py"),
    other("strands", "strands", "strands_agent", example="strands_agent.py"),
    other("smolagents", "smolagents", "smolagents_agent", example="smolagents_agent.py"),
    other("autogen", "autogen", "autogen_agent", example="autogen_agent.py"),
    other("agno", "agno", "agno_agent", example="agno_agent.py"),
    other("llama-index", "llama-index", "llama_index_agent", example="llama_index_agent.py"),
    other("crewai", "crewai", "crewai_agent", "native", "crewai_agent.py"),
    other("crewai, ReAct", "crewai", "crewai_agent", "react"),
    other("crewai, MCPServerAdapter", "crewai", "crewai_agent", "adapter"),
]
