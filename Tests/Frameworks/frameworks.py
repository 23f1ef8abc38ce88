"""The frameworks, each with the environment it runs in and the module that drives it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Framework:
    name: str
    # The file of `requirements/` its environment is made from.
    environment: str
    # The module of `clients/`, and what it is told to do.
    module: str
    option: str = "-"
    # In the light set: what `Tests/run.sh` runs without `--all`.
    is_light: bool = True

    @property
    def slug(self):
        """The name as a folder's name."""
        return "".join(c if c.isalnum() or c in ".=" else "-" for c in self.name).strip("-")


FRAMEWORKS = [
    Framework("mcp 2", "mcp-2", "mcp_sdk", "auto"),
    Framework("mcp 2 legacy", "mcp-2", "mcp_sdk", "legacy"),
    Framework("mcp 1", "mcp-1", "mcp_sdk", "session"),
    Framework("fastmcp", "fastmcp", "fastmcp_client"),
    Framework("langchain, one session", "langchain", "langchain_adapters", "session"),
    Framework("langchain, a process per call", "langchain", "langchain_adapters", "call"),
    Framework("openai-agents", "openai-agents", "openai_agents", "0"),
    Framework("openai-agents, 2 retries", "openai-agents", "openai_agents", "2"),
    Framework("pydantic-ai", "pydantic-ai", "pydantic_ai_toolset"),
    Framework("langchain.mcp", "langchain-mcp", "langchain_native", is_light=False),
    Framework("google-adk", "google-adk", "google_adk_agent", is_light=False),
    Framework("strands", "strands", "strands_agent", is_light=False),
    Framework("smolagents", "smolagents", "smolagents_agent", is_light=False),
    Framework("autogen", "autogen", "autogen_agent", is_light=False),
    Framework("agno", "agno", "agno_agent", is_light=False),
    Framework("llama-index", "llama-index", "llama_index_agent", is_light=False),
    Framework("crewai", "crewai", "crewai_agent", "native", is_light=False),
    Framework("crewai, ReAct", "crewai", "crewai_agent", "react", is_light=False),
    Framework("crewai, adapter", "crewai", "crewai_agent", "adapter", is_light=False),
]
