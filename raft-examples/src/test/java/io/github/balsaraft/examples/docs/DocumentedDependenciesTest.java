package io.github.balsaraft.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the documents say to put into a pom. */
class DocumentedDependenciesTest {

  @Test
  @DisplayName(
      "each documented dependency is a module of this build, in its version, with a jar of that type")
  void dependenciesAreThoseOfThisBuild() throws Exception {
    Element project = parse(Files.newInputStream(Documents.root().resolve("pom.xml")));
    String version = child(project, "version");
    List<Documents.Block> blocks = Documents.blocks("xml");
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(3);
    for (Documents.Block block : blocks) {
      Element dependency =
          parse(new ByteArrayInputStream(block.text().getBytes(StandardCharsets.UTF_8)));
      assertThat(dependency.getTagName()).as("%s", block).isEqualTo("dependency");
      assertThat(child(dependency, "groupId")).as("%s", block).isEqualTo(child(project, "groupId"));
      assertThat(child(dependency, "version")).as("%s", block).isIn(version, "${balsa.version}");
      String artifact = child(dependency, "artifactId");
      Path pom = Documents.root().resolve(artifact).resolve("pom.xml");
      assertThat(pom).as("%s", block).exists();
      assertThat(child(parse(Files.newInputStream(pom)), "artifactId")).isEqualTo(artifact);
      if (child(dependency, "type").equals("test-jar")) {
        assertThat(Files.readString(pom)).as("%s", block).contains("<goal>test-jar</goal>");
      }
    }
  }

  private static Element parse(InputStream text) throws Exception {
    try (InputStream in = text) {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(in)
          .getDocumentElement();
    }
  }

  /** The text of a child, or nothing. */
  private static String child(Element parent, String name) {
    NodeList children = parent.getChildNodes();
    for (int i = 0; i < children.getLength(); i++) {
      if (children.item(i) instanceof Element element && element.getTagName().equals(name)) {
        return element.getTextContent().strip();
      }
    }
    return "";
  }
}
