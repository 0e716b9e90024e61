/** What one agent needs to run behind our wall; one file of `resources/agents`. */
export interface AgentPreset {
  /** Its file's name without the ending: what a person types. */
  readonly id: string;
  readonly name: string;
  /** File names of its program. */
  readonly programs: readonly string[];
  /** Put behind the program's name, in front of the person's own words. */
  readonly arguments: readonly string[];
  /** In front of a prompt that is handed to it; nothing where the prompt is its first word. */
  readonly promptWords: readonly string[];
  /** Variables that are passed although they look like secrets. */
  readonly pass: readonly string[];
  /** Variables that are set where the person has not set them. */
  readonly set: Readonly<Record<string, string>>;
  /** Further files that hide from every other session. */
  readonly credentials: readonly string[];
  /** Folders whose programs are those of skills and plugins, there or not: below `~/` or `${workspace}/`. */
  readonly skills: readonly string[];
  readonly state: readonly StateFolder[];
  readonly provider: {
    /** Without anything configured. */
    readonly hosts: readonly string[];
    /** Variables that hold the provider's address. */
    readonly variables: readonly string[];
    readonly files: readonly ProviderFile[];
  };
}

/** A folder that the agent writes. */
export interface StateFolder {
  /** Begins with `~/`. */
  readonly path: string;
  /** Names another place for it. */
  readonly variable: string | undefined;
  /** The variable is set where the person has not set it: then the agent keeps beside nothing in the home folder itself. */
  readonly setsVariable: boolean;
  /** Taken into the folder when it is set so and does not have them: files that would lie in the home folder itself. */
  readonly copies: readonly FolderCopy[];
  /** Names or paths below it, read-only where they exist and named after the run where not: the agent runs or obeys them later, also outside. */
  readonly protected: readonly string[];
  /** Below it, hidden from every other session. */
  readonly credentials: readonly string[];
}

/** A file from the home folder and its name in a folder of the agent. */
export interface FolderCopy {
  readonly from: string;
  readonly to: string;
}

/** A configuration of the agent, TOML or JSON by its ending. It is made when it is missing, and read-only inside. */
export interface ProviderFile {
  readonly path: string;
  /** Names with dots between them; `*` stands for each name of a table. */
  readonly keys: readonly string[];
}
